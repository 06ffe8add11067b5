"""The shared vocabulary: ids, content ids, documents, labels, history. No network, no Flask."""
