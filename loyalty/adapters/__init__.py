"""Real parts behind the ports of loyalty."""
