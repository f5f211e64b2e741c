// Small helpers every page loads. Each works on markup that also works without it.
import "./submit.js";
import "./leaving.js";
import "./menus.js";
import "./copy.js";
import "./connection.js";
import "./keys.js";
import "./errors.js";
