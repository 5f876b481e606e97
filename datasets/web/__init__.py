"""What views and forms of datasets share: the grid, the report, downloads."""
