import { defineConfig } from "vite";

// The chat widget is one script of its own, for pages of other sites; it goes beside what vite.config.ts builds.
export default defineConfig({
  build: {
    target: "es2022",
    emptyOutDir: false,
    lib: { entry: "src/widget/main.ts", formats: ["iife"], name: "tandemChat", fileName: () => "widget.js" },
  },
});
