"""The only place with boto3: each adapter satisfies a Protocol of ``flows.ports``."""
