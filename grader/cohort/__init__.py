"""Cohorts: what a class hands in, read from wherever it comes, and what becomes of it."""
