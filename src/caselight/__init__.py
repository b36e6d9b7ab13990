"""Caselight turns a pile of court records into findings that hold."""

__version__ = "0.1.0"
