"""The real world behind the ports of mint."""
