/** The record of who did what, Chinese. */
export const auditZh = {
  'nav.audit': '记录',
  'audit.title': '操作记录',
  'audit.help': '每条记录封住前一条：改动、删去或调换都会被 gongyuan audit verify 发现。最新的在前。',
  'audit.find': '按对象查，如 sitting:编号', 'audit.findAct': '查找', 'audit.all': '显示全部',
  'audit.none': '没有记录。',
  'audit.col.number': '序号', 'audit.col.at': '时间', 'audit.col.who': '谁', 'audit.col.act': '做了什么', 'audit.col.object': '对象', 'audit.col.why': '原因', 'audit.col.seal': '封印',
  'audit.more': '前后内容', 'audit.before': '以前', 'audit.after': '以后', 'audit.older': '更早的',
  'audit.failed': '{act}（没有成功）',
  'audit.act.sitting.seal': '封卷', 'audit.act.sitting.open': '开考', 'audit.act.sitting.close': '结束考试', 'audit.act.sitting.release': '公布给考生',
  'audit.act.result.propose': '提请公布', 'audit.act.result.approved': '批准公布', 'audit.act.result.returned': '退回公布', 'audit.act.result.void': '公布作废', 'audit.act.result.version': '成绩新的一版',
  'audit.act.ruling.make': '记违纪或暂缓', 'audit.act.ruling.confirm': '确认违纪', 'audit.act.ruling.refuse': '不予确认', 'audit.act.ruling.lift': '解除',
  'audit.act.result.export': '导出成绩', 'audit.act.result-codes.read': '查看查询码', 'audit.act.report-map.add': '新建列方案', 'audit.act.report-map.change': '修改列方案',
  'audit.act.certificate.issue': '发证', 'audit.act.certificate.revoke': '作废证书',
  'audit.object.report-map': '列方案',
  'audit.object.sitting': '场次', 'audit.object.registration': '考生', 'audit.object.certificate': '证书', 'audit.object.score': '评分', 'audit.object.panel': '考评小组',
} as const
