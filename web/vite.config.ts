import { defineConfig } from "vitest/config";

// `npm run dev` serves the pages with every change at once, and asks a running centre for the rest.
const centre = "http://127.0.0.1:8080";

const ASKED = [
  "session",
  "desktop",
  "agents",
  "pause-reasons",
  "dispositions",
  "dial-out",
  "colleagues",
  "ws",
  "board/live",
  "history",
  "customers",
  "settings",
  "prompts",
  "notifier",
  "users",
  "audit",
  "flows",
];

export default defineConfig({
  base: "/web/",
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    manifest: true,
    rolldownOptions: { input: ["desk.html", "board.html", "admin.html", "editor.html"] },
  },
  server: { proxy: { [`^/(${ASKED.join("|")})`]: { target: centre, ws: true } } },
  test: { include: ["src/**/*.test.ts"] },
});
