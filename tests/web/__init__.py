"""Tests of the web layer, before a service with a writer that keeps everything in memory."""
