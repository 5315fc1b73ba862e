/** Texts that both the candidate page and the staff pages show. `{name}` is filled in; U+00A0 keeps a number with its measure word. */
export const zhCN = {
  'type.B': '单选题',
  'type.G': '多选题',
  'type.C': '判断题',
  'type.T': '填空题',
  'type.D': '简答题',
  'type.W': '论述题',
  'type.E': '案例题',
  'network.timeout': '服务器没有在规定时间内回答。请再试一次。',
  'network.unreachable': '连不上服务器。请检查网线或网络后再试。',
  'network.gateway': '回答的不是考试服务器。请检查网络后再试。',
} as const
export type Key = keyof typeof zhCN
