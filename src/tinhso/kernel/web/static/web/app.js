import "./submit.js"
