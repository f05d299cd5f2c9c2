"""The page's protocol against ours: the same vectors, the same verdicts, each opening what the other sealed."""
