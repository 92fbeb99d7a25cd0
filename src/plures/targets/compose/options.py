"""What plures.toml does not say of a deployment by Compose."""

import msgspec


class ComposeOptions(msgspec.Struct, frozen=True):
    """What to write where the topology leaves it open.

    Attributes:
        registry: What stands before the names of images, such as `registry.example/shop`; empty for images of this machine.
        tag: Of the images; empty for `${TAG}`, which the environment or the file .env beside the Compose file says.
        publish: Address and port of this machine at which visitors reach the edge.
    """

    registry: str = ""
    tag: str = ""
    publish: str = "127.0.0.1:8000"

    def image(self, name: str) -> str:
        """The full name of an image."""
        before = f"{self.registry}/" if self.registry else ""
        return f"{before}{name}:{self.tag or '${TAG:?is the tag that plures build prints}'}"
