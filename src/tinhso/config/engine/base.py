"""What Django asks of a database engine: `ENGINE = "tinhso.config.engine"`."""

from django.contrib.gis.db.backends.postgis.base import DatabaseWrapper as PostGISWrapper
from django.contrib.gis.db.backends.postgis.operations import PostGISOperations


class DatabaseOperations(PostGISOperations):
    compiler_module = "tinhso.config.engine.compiler"


class DatabaseWrapper(PostGISWrapper):
    ops_class = DatabaseOperations
