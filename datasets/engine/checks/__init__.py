"""What is looked for in a table of sales: one file is one check."""
