"""The database engine: PostGIS, with the few statements of every day made once (docs/adr/0017)."""
