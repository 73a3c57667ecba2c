// What a new flow begins with.

export type Template = "nothing" | "menu" | "hours";

const head = (name: string, start: string) => `name: ${name}
languages: [zh-CN, en]
start: ${start}
apology: apology

nodes:
`;

const APOLOGY = `  apology:
    zh-CN: 很抱歉，暂时无法为您服务，请稍后再拨。
    en: We are sorry. Please call again later.
`;

const GOODBYE = `  goodbye:
    zh-CN: 感谢您的来电，再见。
    en: Thank you for calling. Goodbye.
`;

const BODIES: Record<Template, [start: string, nodes: string, texts: string]> = {
  nothing: ["goodbye", "  goodbye:\n    type: end\n    text: goodbye\n", GOODBYE],
  menu: [
    "welcome",
    `  welcome:
    type: say
    text: welcome
    next: main_menu
  main_menu:
    type: menu
    text: main_menu
    choices:
      1: to_agent
      2: goodbye
    no_input: nothing_pressed
    wrong_key: no_such_choice
    failed: goodbye
  to_agent:
    type: queue
    queue: service
    next: goodbye
  goodbye:
    type: end
    text: goodbye
`,
    `  welcome:
    zh-CN: 您好，欢迎致电。
    en: Welcome.
  main_menu:
    zh-CN: 人工服务请按 1，结束请按 2。
    en: For an agent, press 1. To finish, press 2.
  nothing_pressed:
    zh-CN: 没有收到您的按键。
    en: Nothing was pressed.
  no_such_choice:
    zh-CN: 没有这个选项。
    en: There is no such choice.
${GOODBYE}`,
  ],
  hours: [
    "hours",
    `  hours:
    type: hours
    zone: Asia/Shanghai
    weekly:
      monday-friday: 09:00-18:00
    open: to_agent
    closed: closed
  to_agent:
    type: queue
    queue: service
    next: goodbye
  closed:
    type: end
    text: closed
  goodbye:
    type: end
    text: goodbye
`,
    `  closed:
    zh-CN: 现在是非工作时间，我们 {opens_at|time} 开始服务。
    en: We are closed now, and open at {opens_at|time}.
${GOODBYE}`,
  ],
};

/** The source of a new flow. */
export function fresh(name: string, template: Template): string {
  const [start, nodes, texts] = BODIES[template];
  return `${head(name, start)}${nodes}\ntexts:\n${texts}${APOLOGY}`;
}

export const TEMPLATES = Object.keys(BODIES) as Template[];
