"""Everything that reimbursement can be asked."""
