"""How Django knows the forum.

Who may import me: Django. Start at :class:`ForumConfig`.
"""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["ForumConfig"]


class ForumConfig(AppConfig):
    """The one application of the project."""

    name = "comity.forum"
    label = "forum"
    verbose_name = "Comity forum"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the forum's own checks."""
        from comity.forum import checks  # noqa: F401, PLC0415
