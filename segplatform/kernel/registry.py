"""One registry class for every kind of plug-in: one file in the folder is one entry."""

import pkgutil
from importlib import import_module
from typing import ClassVar, Generic, Protocol, TypeVar


class Keyed(Protocol):
    """What every plug-in class carries."""

    key: ClassVar[str]


T = TypeVar("T", bound=Keyed)


class Registry(Generic[T]):
    """The plug-ins of one folder, found by walking it.

    An import error, a key taken twice, a wrong class or a key that is not the file's name
    stops the process: a plug-in that is silently missing is worse than a loud start-up.
    """

    def __init__(self, package: str, contract: type[T]) -> None:
        self.package, self.contract = package, contract
        self._items: dict[str, type[T]] = {}
        self._found = False

    def register(self, cls: type[T]) -> type[T]:
        """Class decorator of a plug-in file; returns the class unchanged."""
        if not (isinstance(cls, type) and issubclass(cls, self.contract)):
            raise TypeError(f"{cls!r} is not a {self.contract.__name__}")
        if self._items.get(cls.key, cls) is not cls:
            raise ValueError(f"{self.package}: the key {cls.key!r} is taken twice")
        if (
            cls.__module__.startswith(f"{self.package}.")
            and cls.__module__.rsplit(".", 1)[1] != cls.key
        ):
            raise ValueError(f"{cls.__module__}: the key {cls.key!r} is not the file's name")
        self._items[cls.key] = cls
        return cls

    def discover(self) -> None:
        """Import every public module of the folder, once."""
        if self._found:
            return
        folder = import_module(self.package)
        for info in pkgutil.iter_modules(folder.__path__):
            if not info.name.startswith("_") and info.name != "base":
                import_module(f"{self.package}.{info.name}")
        self._found = True

    def get(self, key: str) -> type[T]:
        """Return the plug-in of this key; ``KeyError`` where there is none."""
        self.discover()
        return self._items[key]

    def all(self) -> list[type[T]]:
        """Return every plug-in, by its ``order`` (100 where it has none), then by key."""
        self.discover()
        return sorted(self._items.values(), key=lambda c: (getattr(c, "order", 100), c.key))
