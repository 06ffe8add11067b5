"""The example collection and the tour through it: `assay demo`."""
