"""The Flask site. The one place that wires all real parts together."""
