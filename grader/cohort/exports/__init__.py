"""What comes out of a gradebook: tables, the platforms' own files filled in, and pages to hand back."""
