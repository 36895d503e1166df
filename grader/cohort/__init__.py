"""Cohorts: hundreds of hand-ins, a gradebook, and what comes out of it."""
