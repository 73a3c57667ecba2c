import type { Words } from "./en";

export const zhCN: Words = {
  product: "Tandem",
  signIn: {
    title: "登录",
    name: "用户名",
    password: "密码",
    button: "登录",
    wrong: "用户名或密码不正确。",
    tooOften: "错误次数过多，请稍候再试。",
    unreached: "暂时连不上服务中心，请稍后再试。",
    failed: (message) => `操作没有成功：${message}`,
    byProvider: "用公司账号登录",
    trouble: {
      oidc_expired: "登录已超时，或是在另一个窗口开始的，请重试。",
      oidc_refused: "公司账号的登录没有完成。",
      oidc_trouble: "暂时无法使用公司账号登录，可以使用这里的密码。",
      oidc_unknown: "这里还没有您的用户，请联系管理员。",
    },
  },
  newPassword: {
    title: "请设置您自己的密码",
    why: "发给您的密码只能使用这一次。",
    old: "当前密码",
    password: "新密码",
    again: "再输入一次新密码",
    different: "两次输入的新密码不一致。",
    wrong: "当前密码不正确。",
    button: "修改密码",
  },
  places: { title: "页面", desk: "工作台", board: "看板", admin: "设置", editor: "流程" },
  recordings: {
    title: "录音",
    hear: "录音",
    none: "没有录音。",
    failed: "无法加载录音，请再试一次。",
    told: (kind, at, agent, seconds) =>
      `${kind === "talk" ? "通话" : "留言"}，${at}${agent && `，${agent}`}，${seconds} 秒`,
  },
  settings: {
    language: "语言",
    theme: "明暗",
    light: "浅色",
    dark: "深色",
    auto: "跟随系统",
    soundOn: "提示音已开",
    soundOff: "提示音已关",
    out: "退出登录",
  },
};
