/** Texts of what candidates ask to be put right. Chinese. */
export const correctionZh = {
  'register.corrections': '更正申请',
  'correction.title': '更正申请', 'correction.sub': '考生看过本人信息后提出的更正。先核对证件，再处理。',
  'correction.open': '待处理', 'correction.decided': '已处理',
  'correction.none': '没有待处理的申请', 'correction.noneDecided': '还没有处理过申请', 'correction.noneHelp': '考生在材料页登录后，可以查看本人信息并申请更正。',
  'correction.col.at': '提出日期', 'correction.col.who': '考生', 'correction.col.about': '更正事项', 'correction.col.wish': '考生写的', 'correction.col.answer': '处理结果', 'correction.col.act': '处理',
  'correction.about.name': '姓名', 'correction.about.number': '证件号码', 'correction.about.employer': '单位', 'correction.about.other': '其他',
  'correction.state.sent': '待处理', 'correction.state.done': '已更正', 'correction.state.refused': '不予更正',
  'correction.do': '更正', 'correction.doOf': '更正 {name} 的信息', 'correction.refuse': '不予更正', 'correction.refuseOf': '对 {name} 不予更正',
  'correction.doTitle': '更正 {name} 的信息？', 'correction.refuseTitle': '对 {name} 不予更正？',
  'correction.doName': '姓名将改为“{wish}”。已发的证书不变，需要时另行补发。', 'correction.doOther': '请先在对应的页面改好，再在这里答复考生。', 'correction.refuseText': '信息不变，考生会看到您的答复。',
  'correction.answer': '给考生的答复', 'correction.answerHint': '2 到 500 字，考生会看到',
  'correction.told.done': '已答复 {name}：已更正。', 'correction.told.refused': '已答复 {name}：不予更正。',
}
