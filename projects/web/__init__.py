"""What the pages and the API of every app share: access, errors, lists, htmx, the API object."""
