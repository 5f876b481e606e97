"""Forms of datasets, and forms made from what plug-ins declare."""
