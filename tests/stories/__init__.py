"""Stories through all five services, asked over REST as an external system would."""
