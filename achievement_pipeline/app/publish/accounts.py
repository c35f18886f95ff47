"""The user's accounts on networks and the outboxes that post there, built from the settings."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
import tzlocal

from achievement_pipeline.app.me import me
from achievement_pipeline.channels import CHANNELS
from achievement_pipeline.errors import PublishingError, SettingsError
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.github_profile.pushing import ProfileRepository
from achievement_pipeline.publishing.linkedin.client import LinkedIn
from achievement_pipeline.publishing.linkedin.login import App, Login, Logins, warning
from achievement_pipeline.publishing.linkedin.publisher import LinkedInPublisher
from achievement_pipeline.publishing.outbox.driver import Outbox, utc_now
from achievement_pipeline.publishing.outbox.publisher import Networks
from achievement_pipeline.settings import Settings


def app_of(settings: Settings) -> App:
    """Return the user's app at LinkedIn.

    Raises:
        SettingsError: It is not set.
    """
    environment = settings.environment
    if not environment.linkedin_client_id or not environment.linkedin_client_secret:
        raise SettingsError(
            "LINKEDIN_CLIENT_ID and LINKEDIN_CLIENT_SECRET are not set. Make an app at LinkedIn with the products "
            "'Sign In with LinkedIn using OpenID Connect' and 'Share on LinkedIn': docs/publishing.md says how."
        )
    return App(
        client_id=environment.linkedin_client_id,
        client_secret=environment.linkedin_client_secret,
        oauth_url=settings.linkedin_addresses[1],
        redirect_port=settings.config.publishing.linkedin.redirect_port,
    )


def logins_of(settings: Settings) -> Logins:
    """Return the store of the login."""
    # imported here: keyring and cryptography would take megabytes in each process of the service
    from achievement_pipeline.publishing.outbox.secret_store import SecretStore  # noqa: PLC0415

    return Logins(SecretStore(settings.home / "secrets"))


def login_warning(settings: Settings) -> str:
    """Return a warning that the login expires soon or has expired; empty where there is none."""
    return warning(logins_of(settings).find(), utc_now())


def linkedin_as(login: Login, settings: Settings) -> LinkedIn:
    """Return LinkedIn for a login.

    Raises:
        SettingsError: LinkedIn's two addresses do not belong together, or the login is for another address.
    """
    address = settings.linkedin_addresses[0]
    if login.address != address:
        raise SettingsError(
            f"The login is for {login.address} and LINKEDIN_API_URL is {address}. Run `achievements login linkedin`."
        )
    return LinkedIn(login, settings.config.publishing.linkedin.version, address)


def linkedin_of(settings: Settings) -> LinkedIn:
    """Return LinkedIn for the user who logged in.

    Raises:
        PublishingError: Nobody is logged in, or the login has expired.
    """
    return linkedin_as(logins_of(settings).usable(app_of(settings), utc_now()), settings)


def networks_of(settings: Settings) -> Networks:
    """Return the networks as the settings configure them; nobody is logged in yet."""
    return Networks(
        linkedin=LinkedInPublisher(settings=settings.config.publishing.linkedin, connect=lambda: linkedin_of(settings))
    )


def posting_channels() -> tuple[Channel, ...]:
    """Return the channels that post achievements one by one."""
    return tuple(channel for channel in CHANNELS.values() if channel.posts)


def outbox_of(channel: Channel, settings: Settings, engine: sa.Engine) -> Outbox:
    """Return the outbox that posts the user's work on a channel, by their times and policy.

    Raises:
        PublishingError: The channel does not post.
        SettingsError: The user is unknown.
    """
    if channel.publisher is None:
        raise PublishingError(f"{channel.label} is not posted to.")
    with engine.connect() as connection:
        user = me(connection, settings)
    zone = settings.config.schedules.time_zone or tzlocal.get_localzone_name() or "UTC"
    return Outbox(
        engine=engine,
        channel=channel,
        publisher=channel.publisher(networks_of(settings)),
        privacy=settings.privacy,
        authors=user.addresses,
        zone=ZoneInfo(zone),
    )


def profile_of(settings: Settings) -> ProfileRepository:
    """Return the repository of the GitHub profile.

    Raises:
        SettingsError: It is not set.
    """
    return ProfileRepository(settings.profile_remote, settings.config.publishing.github_profile)
