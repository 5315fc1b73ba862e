/** Texts of certificates that were issued elsewhere. Chinese. */
export const earlierZh = {
  'earlier.link': '早前证书…',
  'earlier.title': '早前和其他机构的证书',
  'earlier.sub': '本程序以前或其他机构发的证书。已有同职业同等级有效证书的人，发证前检查会挡住，不再发一本。不参加公开查询，不计入上报。',
  'earlier.head': '第一行写列名：{head}。前七列必填；本程序导出的证书文件（带完整证件号码）可以直接导入。',
  'earlier.find': '姓名（开头）',
  'earlier.none': '还没有导入证书。', 'earlier.noneHelp': '导入 Excel 或 CSV，逐行检查后再保存。', 'earlier.noMatch': '没有这样的证书。', 'earlier.unit': '张',
  'earlier.number': '证书编号', 'earlier.document': '证件', 'earlier.occupation': '职业', 'earlier.body': '发证机构', 'earlier.date': '发证日期',
  'earlier.valid': '有效', 'earlier.void': '作废', 'earlier.voided': '{on} {why}',
  'earlier.remove': '移除', 'earlier.removeOf': '移除 {number}', 'earlier.removeTitle': '移除误导入的证书？', 'earlier.removeText': '{name}，{number}。移除后发证前检查不再考虑它，操作记入操作记录。', 'earlier.removed': '已移除 {number}。',
} as const
