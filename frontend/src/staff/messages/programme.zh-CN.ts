/** Programmes, Chinese. */
export const programmeZh = {
  'programme.title': '认定计划', 'programme.sub': '一次认定有哪些等级、各科目在哪几天、多少名额。场次可以属于一个计划，日期、站点和名额就受它约束。',
  'programme.new': '拟定计划', 'programme.edit': '修改认定计划', 'programme.none': '还没有认定计划。', 'programme.noneHelp': '先拟定计划，再按计划安排场次；公布后，考生在报名页能看到。不用计划也可以直接安排场次。',
  'programme.state': '状态', 'programme.state.draft': '拟定中', 'programme.state.announced': '已公布', 'programme.state.withdrawn': '已撤销',
  'programme.name': '名称', 'programme.nameHint': '例如：2026 年第四季度保卫管理员认定，2–80 字。', 'programme.site': '站点', 'programme.anySite': '不限站点', 'programme.siteHint': '选了站点，计划内的场次都要在这个站点。',
  'programme.first': '理论考试首日', 'programme.places': '名额', 'programme.levelPlaces': '{level} 级 {n} 人', 'programme.changed': '{who} 改于 {at}',
  'programme.capacity': '名额', 'programme.capacityHint': '各场次的名额加起来不能超过它。', 'programme.given': '已分给场次', 'programme.over': '超出 {n} 人', 'programme.registered': '已登记',
  'programme.from': '开始日期', 'programme.until': '结束日期（只一天可不填）', 'programme.to': '至', 'programme.note': '给考生的说明（可不填）', 'programme.noteHint': '公布后显示在报名页，最多 500 字。',
  'programme.why': '理由', 'programme.whyHint': '这个计划已公布，修改要写明理由，记入操作记录。', 'programme.save': '保存计划',
  'programme.whyChanged': '最近一次修改的理由：{reason}', 'programme.whyWithdrawn': '撤销的理由：{reason}',
  'programme.announce': '公布', 'programme.announceAsk': '公布这个认定计划？', 'programme.announceHelp': '公布后，任何人在报名页都能看到等级、日期、名额和说明。以后修改要写理由。', 'programme.announced': '已公布。',
  'programme.withdraw': '撤销…', 'programme.withdrawAsk': '撤销这个认定计划？', 'programme.withdrawHelp': '撤销后不再对外显示，也不能恢复。已有场次的计划不能撤销。', 'programme.withdrawn': '已撤销。',
  'programme.sittings': '计划内的场次', 'programme.noSittings': '还没有场次。', 'programme.noSittingsHelp': '在上面的等级旁点“安排场次”。', 'programme.newSitting': '安排场次', 'programme.taken': '登记 / 名额',
  'plan.programme': '认定计划（可不选）', 'plan.noProgramme': '不属于计划', 'plan.programmeHint': '选了计划，等级、站点、日期和名额要符合计划。', 'plan.capacity': '名额（人）', 'plan.capacityHint': '登记满了就不能再登记；不填为不限。', 'plan.capacityLeft': '计划还可分 {n} 人。',
  'plan.programmeDays': '按认定计划', 'plan.inProgramme': '认定计划', 'plan.capacityOf': '{of} 人，已登记 {n} 人', 'plan.err.capacity': '请填写 1 到 100000，或留空。', 'plan.err.capacityNeeded': '属于计划的场次要有名额，1 到 100000。',
  'roster.overCapacity': '名额 {of} 人，已登记 {n} 人，还可登记 {left} 人；这份名单有 {fit} 人可以登记，装不下。请减少名单，或先在计划里增加名额。',
} as const
