//! The windows of popped-out panels: opened and closed as the dashboard says.
//!
//! The dashboard alone decides which panels have windows. After each layout the windows are made to agree with it; a window
//! that the system closes, or does not give, is said to the dashboard, which has the panel back then.

use winit::dpi::{LogicalSize, PhysicalPosition};
use winit::event_loop::ActiveEventLoop;
use winit::window::Window;

use super::WindowError;
use super::app::{App, Open};
use super::pane::{Pane, further_canvas, hidden_window};
use crate::dashboard::PoppedPanel;
use crate::stage::Seat;

impl App<'_> {
    /// Opens the windows that popped-out panels lack, and closes those of panels that are back.
    pub(super) fn agree_with_dashboard(&mut self, event_loop: &ActiveEventLoop) {
        let Some(open) = &mut self.open else { return };
        let has_closed = open.close_what_is_back();
        let lacking = open.lacking();
        for panel in &lacking {
            match self.open_popped(panel, event_loop) {
                Ok(()) => self.refusal = None,
                Err(error) => self.refuse(&panel.name, &error),
            }
        }
        if has_closed || !lacking.is_empty() {
            self.note_input();
        }
    }

    /// A panel cannot have a window: it goes back to the main one, and a notice tells why.
    pub(super) fn refuse(&mut self, name: &str, error: &WindowError) {
        tracing::warn!("no window for the panel {name}: {error}");
        self.refusal = Some(format!("{name} cannot have a window of its own: {error}"));
        self.bring_back(name);
        if let Some(open) = &mut self.open {
            open.close_what_is_back();
        }
    }

    /// What stands in the title bar of a panel's window.
    fn title_of(&self, name: &str) -> String {
        let mut panels = self.scene.panels.iter();
        let panel = panels.find(|panel| &*panel.name == name);
        let title = panel.map_or(name, |panel| &panel.title);
        format!("{title} — {} — emberscope", self.setup.name)
    }

    fn open_popped(
        &mut self,
        panel: &PoppedPanel,
        event_loop: &ActiveEventLoop,
    ) -> Result<(), WindowError> {
        let title = self.title_of(&panel.name);
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        let [width, height] = panel.size;
        let mut attributes = Window::default_attributes()
            .with_title(title)
            .with_inner_size(LogicalSize::new(width, height));
        if let Some([x, y]) = panel.position {
            attributes = attributes.with_position(PhysicalPosition::new(x, y));
        }
        let window = hidden_window(event_loop, attributes)?;
        let seat = Seat::Popped(panel.name.clone());
        let target = further_canvas(open.stage.gpu(), &window)?;
        open.stage.seat(seat.clone(), target);
        let pane = Pane::shown(seat, window, &mut open.stage, event_loop, &self.proxy);
        open.panes.push(pane);
        Ok(())
    }

    /// Takes a panel back into the main window; its own goes with the next agreement.
    pub(super) fn bring_back(&mut self, name: &str) {
        if let Some(open) = &mut self.open {
            open.stage.dashboard_mut().pop_in(name);
        }
    }

    /// Puts the panels' titles into their windows' bars, where they have changed.
    pub(super) fn keep_titles(&self) {
        let Some(open) = &self.open else { return };
        for pane in &open.panes {
            if let Seat::Popped(name) = &pane.seat {
                let title = self.title_of(name);
                if pane.window.title() != title {
                    pane.window.set_title(&title);
                }
            }
        }
    }
}

impl Open {
    /// Closes the windows of panels that are back; says whether there were any.
    fn close_what_is_back(&mut self) -> bool {
        let popped = self.stage.dashboard().popped();
        let is_back = |seat: &Seat| match seat {
            Seat::Main => false,
            Seat::Popped(name) => !popped.iter().any(|panel| panel.name == *name),
        };
        let seats = self.panes.iter().map(|pane| &pane.seat);
        let back: Vec<Seat> = seats.filter(|seat| is_back(seat)).cloned().collect();
        for seat in &back {
            // What is drawn in before its window.
            self.stage.unseat(seat);
            self.panes.retain(|pane| pane.seat != *seat);
        }
        !back.is_empty()
    }

    /// The popped-out panels that have no window yet.
    fn lacking(&self) -> Vec<PoppedPanel> {
        let popped = self.stage.dashboard().popped().iter();
        let has_pane = |panel: &PoppedPanel| {
            let seat = Seat::Popped(panel.name.clone());
            self.panes.iter().any(|pane| pane.seat == seat)
        };
        popped.filter(|panel| !has_pane(panel)).cloned().collect()
    }

    /// Remembers how large a popped-out panel's window is and where it stands.
    pub(super) fn note_place(&mut self, index: usize) {
        let pane = &self.panes[index];
        if let Seat::Popped(name) = &pane.seat {
            let position = pane.window.outer_position();
            let position = position.ok().map(|position| [position.x, position.y]);
            let dashboard = self.stage.dashboard_mut();
            dashboard.place_popped(name, pane.size(), position);
        }
    }

    /// New surfaces for the windows of popped-out panels, on the device that the stage has now. Gives the panels whose windows
    /// cannot be drawn in, and why.
    pub(super) fn seat_popped(&mut self) -> Vec<(String, WindowError)> {
        let mut refused = Vec::new();
        for pane in &self.panes {
            let Seat::Popped(name) = &pane.seat else {
                continue;
            };
            match further_canvas(self.stage.gpu(), &pane.window) {
                Ok(target) => {
                    self.stage.seat(pane.seat.clone(), target);
                    pane.take_refresh(&mut self.stage);
                }
                Err(error) => refused.push((name.clone(), error)),
            }
        }
        refused
    }
}
