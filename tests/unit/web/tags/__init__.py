"""Tags on the site."""
