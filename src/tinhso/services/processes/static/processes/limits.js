// The drawing program offers only what the runner knows (blocks/cases/bpmn). A module for bpmn-js.
const PALETTE = ["hand-tool", "lasso-tool", "space-tool", "global-connect-tool", "tool-separator", "create.start-event", "create.end-event"];
const PAD = [
  "append.end-event", "append.gateway", "connect", "delete", "replace",
  "lane-insert-above", "lane-divide-two", "lane-divide-three", "lane-insert-below",
];
const REPLACE = [
  "replace-with-user-task", "replace-with-service-task", "replace-with-call-activity",
  "replace-with-exclusive-gateway", "replace-with-parallel-gateway", "replace-with-inclusive-gateway",
  "replace-with-timer-intermediate-catch", "replace-with-message-intermediate-catch",
  "replace-with-timer-boundary", "replace-with-non-interrupting-timer-boundary",
  "replace-with-sequence-flow", "replace-with-default-flow", "replace-with-conditional-flow",
];
const HEADER = ["toggle-parallel-mi", "toggle-sequential-mi"];
// ours: name of the entry, its group, its picture, its English words (translated in editor_texts.py), what it makes
const OWN = [
  ["create.step", "activity", "bpmn-icon-user-task", "Create user task", { type: "bpmn:UserTask" }],
  ["create.service", "activity", "bpmn-icon-service-task", "Service task", { type: "bpmn:ServiceTask" }],
  ["create.call", "activity", "bpmn-icon-call-activity", "Call activity", { type: "bpmn:CallActivity" }],
  ["create.timer", "event", "bpmn-icon-intermediate-event-catch-timer", "Create timer", { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:TimerEventDefinition" }],
  ["create.message", "event", "bpmn-icon-intermediate-event-catch-message", "Message intermediate catch event", { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:MessageEventDefinition" }],
  ["create.exclusive", "gateway", "bpmn-icon-gateway-xor", "Exclusive gateway", { type: "bpmn:ExclusiveGateway" }],
  ["create.parallel", "gateway", "bpmn-icon-gateway-parallel", "Parallel gateway", { type: "bpmn:ParallelGateway" }],
  ["create.inclusive", "gateway", "bpmn-icon-gateway-or", "Inclusive gateway", { type: "bpmn:InclusiveGateway" }],
];

const only = (names) => (entries) => Object.fromEntries(Object.entries(entries).filter(([name]) => names.includes(name)));

function Limits(palette, contextPad, popupMenu, elementFactory, create, autoPlace, translate) {
  const begin = (made) => {
    const start = (event) => create.start(event, elementFactory.createShape(made));
    return { dragstart: start, click: start };
  };
  const own = () => OWN.map(([name, group, className, title, made]) => [name, { group, className, title: translate(title), action: begin(made) }]);
  // a frame has two lanes from the start: drawn for its roles
  const frame = (event) => create.start(event, elementFactory.createParticipantShape());
  const pool = { group: "collaboration", className: "bpmn-icon-participant", title: translate("Create pool/participant"), action: { dragstart: frame, click: frame } };
  palette.registerProvider(500, {
    getPaletteEntries: () => (entries) => ({ ...only(PALETTE)(entries), ...Object.fromEntries(own()), "create.pool": pool }),
  });
  contextPad.registerProvider(500, {
    getContextPadEntries: (element) => (entries) => {
      const kept = only(PAD)(entries);
      if (entries["append.append-task"] || entries["append.end-event"]) {
        const step = () => elementFactory.createShape({ type: "bpmn:UserTask" });
        const action = { click: () => autoPlace.append(element, step()), dragstart: (event) => create.start(event, step(), { source: element }) };
        kept["append.step"] = { group: "model", className: "bpmn-icon-user-task", title: translate("Append user task"), action };
      }
      return kept;
    },
    getMultiElementContextPadEntries: () => only(["delete"]),
  });
  for (const menu of ["bpmn-replace", "bpmn-append", "bpmn-create"]) {
    popupMenu.registerProvider(menu, 500, {
      getPopupMenuEntries: () => only(REPLACE),
      getPopupMenuHeaderEntries: (element) => (element.type === "bpmn:UserTask" ? only(HEADER) : () => ({})),
    });
  }
}
Limits.$inject = ["palette", "contextPad", "popupMenu", "elementFactory", "create", "autoPlace", "translate"];

export const limits = { __init__: ["limits"], limits: ["type", Limits] };
