"""Jobs: what a request asked for and a worker does, so that nothing is lost and nothing is done twice."""
