"""Follow the chain into a database. A convenience that is never trusted."""
