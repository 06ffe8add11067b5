"""Points that members can verify. Built on the verifier; knows nothing of mint."""
