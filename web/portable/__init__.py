"""What visitors take with them: evidence bundles, label openings, and the page that checks them without us."""
