"""Build the pack from the publishers' own files: read, map to ISO3, check against published figures, write.

One module per topic declares its tables (``TABLES``); the pipeline does the rest.

Who may import me: services. Start at :func:`comity.evidence.build.pipeline.build`; a new table starts at
:class:`comity.evidence.build.spec.TableSpec`.
"""
