// The drawing program offers only what the runner knows (blocks/cases/bpmn). A module for bpmn-js.
const PALETTE = ["hand-tool", "lasso-tool", "space-tool", "global-connect-tool", "tool-separator", "create.end-event", "create.exclusive-gateway"];
const PAD = ["append.end-event", "append.gateway", "connect", "delete", "replace"];
const REPLACE = [
  "replace-with-user-task", "replace-with-exclusive-gateway", "replace-with-parallel-gateway", "replace-with-inclusive-gateway",
  "replace-with-timer-intermediate-catch", "replace-with-timer-boundary", "replace-with-non-interrupting-timer-boundary",
  "replace-with-sequence-flow", "replace-with-default-flow", "replace-with-conditional-flow",
];

const only = (names) => (entries) => Object.fromEntries(Object.entries(entries).filter(([name]) => names.includes(name)));

function Limits(palette, contextPad, popupMenu, elementFactory, create, autoPlace, translate) {
  const shape = (type) => elementFactory.createShape({ type });
  const begin = (type) => ({ dragstart: (event) => create.start(event, shape(type)), click: (event) => create.start(event, shape(type)) });
  palette.registerProvider(500, {
    getPaletteEntries: () => (entries) => ({
      ...only(PALETTE)(entries),
      "create.step": { group: "activity", className: "bpmn-icon-user-task", title: translate("Create user task"), action: begin("bpmn:UserTask") },
      "create.parallel": { group: "gateway", className: "bpmn-icon-gateway-parallel", title: translate("Parallel gateway"), action: begin("bpmn:ParallelGateway") },
    }),
  });
  contextPad.registerProvider(500, {
    getContextPadEntries: (element) => (entries) => {
      const kept = only(PAD)(entries);
      if (entries["append.append-task"] || entries["append.end-event"]) {
        const append = () => autoPlace.append(element, shape("bpmn:UserTask"));
        kept["append.step"] = { group: "model", className: "bpmn-icon-user-task", title: translate("Append user task"), action: { click: append, dragstart: (event) => create.start(event, shape("bpmn:UserTask"), { source: element }) } };
      }
      return kept;
    },
    getMultiElementContextPadEntries: () => only(["delete"]),
  });
  for (const menu of ["bpmn-replace", "bpmn-append", "bpmn-create"]) {
    popupMenu.registerProvider(menu, 500, { getPopupMenuEntries: () => only(REPLACE), getPopupMenuHeaderEntries: () => () => ({}) });
  }
}
Limits.$inject = ["palette", "contextPad", "popupMenu", "elementFactory", "create", "autoPlace", "translate"];

export const limits = { __init__: ["limits"], limits: ["type", Limits] };
