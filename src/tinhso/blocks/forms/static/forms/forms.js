// What e-forms gain from JavaScript. Everything here works, slower, without it.
import "./units.js";
import "./autosave.js";
import "./redraw.js";
