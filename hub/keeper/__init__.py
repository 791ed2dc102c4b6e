"""The leader's tasks: give log entries their index, offer bytes again, give up hope in time, look after what stands."""

from hub.keeper.keeper import Keeper, KeeperSettings

__all__ = ["Keeper", "KeeperSettings"]
