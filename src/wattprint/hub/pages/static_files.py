"""Files of ours that pages load: styles, scripts, the map; none comes from elsewhere."""

from fastapi import Request
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from wattprint.hub.pages.rendering import STATIC


class KeptFiles(StaticFiles):
    """Files that a browser keeps: their addresses change with what is in them."""

    def file_response(self, *arguments: object, **more: object) -> Response:
        """Return a file that may be kept for a year."""
        response = super().file_response(*arguments, **more)  # type: ignore[arg-type]
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def static_files() -> KeptFiles:
    """Return what serves them below /static."""
    return KeptFiles(directory=STATIC, follow_symlink=False)


def favicon(_request: Request) -> Response:
    """Return the icon for browsers that ask for it unasked."""
    return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")
