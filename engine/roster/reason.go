package roster

import "gongyuan/bank/exchange"

// The columns of a list, as the template names them.
const (
	ColumnName       exchange.Field = "姓名"
	ColumnIdentity   exchange.Field = "身份证件号"
	ColumnEmployer   exchange.Field = "工作单位"
	ColumnRoom       exchange.Field = "考场"
	ColumnSeat       exchange.Field = "座位"
	ColumnAdmission  exchange.Field = "准考证号"
	ColumnExtra      exchange.Field = "延时分钟"
	ColumnLarge      exchange.Field = "大字号"
	ColumnApart      exchange.Field = "单独考场"
	ColumnAccessible exchange.Field = "无障碍座位"
	ColumnAnew       exchange.Field = "全部重考"
)

// Reasons to change a cell; full-width and control-character are exchange's.
const (
	Blanks      exchange.Reason = "blanks"
	Apostrophe  exchange.Reason = "apostrophe"
	FormulaText exchange.Reason = "formula-text"
	LowerX      exchange.Reason = "lower-x"
	Unit        exchange.Reason = "unit"
)

// Reasons to leave a row out.
const (
	NoIdentity         exchange.Reason = "no-identity"
	Scientific         exchange.Reason = "scientific"
	CutDigits          exchange.Reason = "cut-digits"
	OldIdentity        exchange.Reason = "old-identity"
	IdentityLength     exchange.Reason = "identity-length"
	IdentityCharacters exchange.Reason = "identity-characters"
	IdentityBirth      exchange.Reason = "identity-birth"
	IdentityCheck      exchange.Reason = "identity-check"
	NoName             exchange.Reason = "no-name"
	BadName            exchange.Reason = "bad-name"
	LongText           exchange.Reason = "long-text"
	HalfPlace          exchange.Reason = "half-place"
	BadMinutes         exchange.Reason = "bad-minutes"
	BadYes             exchange.Reason = "bad-yes"
	BadAdmission       exchange.Reason = "bad-admission"
	TwiceInFile        exchange.Reason = "twice-in-file"
	OtherName          exchange.Reason = "other-name-known"
	OnRoster           exchange.Reason = "on-roster"
	Taken              exchange.Reason = "taken"
	RetakesUsedUp      exchange.Reason = "retakes-used-up"
)

// said is why and what to do, of each reason.
var said = map[exchange.Reason][2]exchange.Text{
	exchange.FullWidth:        {{ZH: "全角字符改为半角", EN: "full-width characters made half-width"}},
	exchange.ControlCharacter: {{ZH: "去掉了看不见的字符", EN: "invisible characters taken out"}},
	Blanks:                    {{ZH: "去掉了空格", EN: "blanks taken out"}},
	Apostrophe:                {{ZH: "去掉了开头的撇号", EN: "leading apostrophe taken off"}},
	FormulaText:               {{ZH: "去掉了公式写法 =\"…\"", EN: "the formula form =\"…\" taken off"}},
	LowerX:                    {{ZH: "小写 x 改为大写 X", EN: "lower-case x made upper-case"}},
	Unit:                      {{ZH: "去掉了单位", EN: "the unit taken off"}},
	NoIdentity:                {{ZH: "没有身份证件号", EN: "no identity number"}, {ZH: "补上号码再导入", EN: "fill it in and import again"}},
	Scientific:                {{ZH: "号码被表格软件变成了科学记数，后面的数字已经丢失", EN: "the spreadsheet turned the number into scientific notation; its last digits are lost"}, {ZH: "把这一列设为“文本”，从原始资料重新填写", EN: "make the column a text column and enter the number again from its source"}},
	CutDigits:                 {{ZH: "号码被存成了数字，第 15 位以后变成了 0", EN: "kept as a number: the digits after the 15th became zeros"}, {ZH: "把这一列设为“文本”，从原始资料重新填写", EN: "make the column a text column and enter the number again from its source"}},
	OldIdentity:               {{ZH: "是 15 位旧号码", EN: "an old number of 15 digits"}, {ZH: "填写 18 位号码", EN: "enter the number of 18 characters"}},
	IdentityLength:            {{ZH: "不是 18 位", EN: "not 18 characters"}, {ZH: "核对证件", EN: "check the document"}},
	IdentityCharacters:        {{ZH: "含有不该有的字符", EN: "characters that do not belong there"}, {ZH: "核对证件", EN: "check the document"}},
	IdentityBirth:             {{ZH: "号码中的出生日期不存在或在将来", EN: "the birth date in it does not exist or is to come"}, {ZH: "核对证件", EN: "check the document"}},
	IdentityCheck:             {{ZH: "校验码不符（GB 11643），有数字写错", EN: "the check character does not fit (GB 11643): a digit is wrong"}, {ZH: "核对证件", EN: "check the document"}},
	NoName:                    {{ZH: "没有姓名", EN: "no name"}, {ZH: "补上姓名再导入", EN: "fill it in and import again"}},
	BadName:                   {{ZH: "姓名里有数字", EN: "digits in the name"}, {ZH: "看看是否填错了列", EN: "see whether it stands in the wrong column"}},
	LongText:                  {{ZH: "太长", EN: "too long"}, {ZH: "缩短后再导入", EN: "shorten it and import again"}},
	HalfPlace:                 {{ZH: "考场和座位要么都填，要么都不填", EN: "room and seat go together, or neither"}, {ZH: "都不填时可以之后按规则排座", EN: "leave both empty to seat by rule later"}},
	BadMinutes:                {{ZH: "要填 0 到 240 的整数分钟", EN: "minutes from 0 to 240"}, {ZH: "改好后再导入", EN: "correct it and import again"}},
	BadYes:                    {{ZH: "只能填“是”或“否”", EN: "yes or no"}, {ZH: "改好后再导入", EN: "correct it and import again"}},
	BadAdmission:              {{ZH: "只能用字母、数字和连字符，最多 32 个", EN: "letters, digits and hyphens, at most 32"}, {ZH: "可以不填，由系统给号", EN: "may be left empty: a number is given"}},
	TwiceInFile:               {{ZH: "与本文件前面的一行重复", EN: "stands in an earlier line of this file too"}, {ZH: "留下一行", EN: "keep one of them"}},
	OtherName:                 {{ZH: "这个证件号已登记为另一个姓名", EN: "the number is known under another name"}, {ZH: "核对姓名和号码", EN: "check name and number"}},
	OnRoster:                  {{ZH: "已在本场次的名单里", EN: "on the roster of this sitting already"}, {ZH: "不用再导入", EN: "nothing to do"}},
	Taken:                     {{ZH: "已被占用", EN: "taken already"}, {ZH: "换一个，或不填", EN: "take another, or leave it empty"}},
	RetakesUsedUp:             {{ZH: "补考次数已用完", EN: "no retakes are left"}, {ZH: "如重新报考全部项目，“全部重考”填“是”", EN: "to take everything again, say yes to 全部重考"}},
}
