"""An app that wears one of our themes, and remembers what a person has set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.filter import Monochrome, NoColor

from tui import themes
from tui.settings import Settings, load_settings, save_settings, settings_path

if TYPE_CHECKING:
    from pathlib import Path


class ThemedApp(App[None]):
    """Themes and settings."""

    def __init__(self, settings_file: Path | None) -> None:
        """Read the settings from `settings_file`, None for the person's own, and wear their theme."""
        super().__init__()
        self.settings_file = settings_file or settings_path()
        loaded = load_settings(self.settings_file)
        self.settings: Settings = loaded.settings
        self._warning = loaded.warning
        self._wear_themes()

    def _wear_themes(self) -> None:
        for name in self.available_themes:
            self.unregister_theme(name)
        for palette in themes.PALETTES.values():
            self.register_theme(themes.textual_theme(palette))
        name = themes.TERMINAL.name if self.no_color else self.settings.theme
        # Before the first frame: the style sheets are parsed once, with the right colours.
        self.set_reactive(App.theme, name)
        self.stylesheet.set_variables(self.get_css_variables())
        if self.no_color:
            # Textual turns colours into greys; NO_COLOR asks for none at all.
            self._filters = [NoColor() if isinstance(one, Monochrome) else one for one in self._filters]

    def on_mount(self) -> None:
        """Say what was wrong with the settings."""
        if self._warning:
            self.notify(self._warning, severity="warning", markup=False, timeout=10)

    @property
    def look(self) -> themes.Look:
        """The styles of drawn lines."""
        return themes.look_of(self.theme, colourless=self.no_color)

    def use_theme(self, name: str) -> None:
        """Change the theme and remember it; under NO_COLOR it shows the next time without."""
        if not self.no_color:
            self.theme = name
        self.keep_settings(self.settings._replace(theme=name))

    def action_next_theme(self) -> None:
        """Change to the next theme."""
        names = list(themes.PALETTES)
        self.use_theme(names[(names.index(self.settings.theme) + 1) % len(names)])
        title = themes.PALETTES[self.settings.theme].title
        unseen = ", seen once NO_COLOR is no longer set" if self.no_color else ""
        self.notify(f"Theme: {title}{unseen}", markup=False, timeout=2)

    def keep_settings(self, settings: Settings) -> None:
        """Use these settings from now on and write them down."""
        self.settings = settings
        warning = save_settings(self.settings_file, settings)
        if warning:
            self.notify(warning, severity="warning", markup=False)
        self.settings_changed()

    def settings_changed(self) -> None:
        """Other settings hold from now on."""
