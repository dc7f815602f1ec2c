"""Deployments to AWS: each has a name, by which functions get new versions."""
