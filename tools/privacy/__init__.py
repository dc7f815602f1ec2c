"""The record of processing, written from its facts."""
