package exchange

import (
	"maps"
	"slices"
)

// Reason is the code of why something was changed or dropped. Codes are
// stable: reports and translations depend on them.
type Reason string

// Reasons to change a cell.
const (
	FullWidth        Reason = "full-width"
	CodeForm         Reason = "code-form"
	ControlCharacter Reason = "control-character"
	OptionPrefix     Reason = "option-prefix"
	MergedOptions    Reason = "merged-options"
	RestoredDate     Reason = "restored-date"
	CodeFromParts    Reason = "code-from-parts"
	PointFromCode    Reason = "point-from-code"
	TypeFromCode     Reason = "type-from-code"
	BadDifficulty    Reason = "bad-difficulty"
	BadConsistency   Reason = "bad-consistency"
	RepeatedLetter   Reason = "repeated-letter"
	BadLast          Reason = "bad-last"
	BadExclude       Reason = "bad-exclude"
	DefaultTaken     Reason = "default-taken"
	WeightOfParent   Reason = "weight-of-parent"
	CodeAssigned     Reason = "code-assigned"
	CodeHeld         Reason = "code-held"
	TypeInferred     Reason = "type-inferred"
	AnswerFromStem   Reason = "answer-from-stem"
	AnswerFromTable  Reason = "answer-from-table"
	OptionsFromStem  Reason = "options-from-stem"
	FilledDown       Reason = "filled-down"
	NoReference      Reason = "no-reference"
	FormattingLost   Reason = "formatting-lost"
	FeedbackLost     Reason = "feedback-lost"
	ScoringLost      Reason = "scoring-lost"
	TagsLost         Reason = "tags-lost"
	ContextMerged    Reason = "context-merged"
	KeptRaw          Reason = "kept-raw"
	RawVersion       Reason = "raw-version"
	RawStale         Reason = "raw-stale"
	FieldLost        Reason = "field-lost"
	LineBreakLost    Reason = "line-break-lost"
	LineSkipped      Reason = "line-skipped"
	RubricMerged     Reason = "rubric-merged"
	PictureSmaller   Reason = "picture-smaller"
	Corrected        Reason = "corrected"
)

// Reasons to drop a row, a column, a sheet or an item.
const (
	UnknownColumn    Reason = "unknown-column"
	UnknownSheet     Reason = "unknown-sheet"
	NoHeader         Reason = "no-header"
	MissingCode      Reason = "missing-code"
	BadCode          Reason = "bad-code"
	DuplicateCode    Reason = "duplicate-code"
	DuplicateItem    Reason = "duplicate-item"
	OppositeAnswers  Reason = "opposite-answers"
	PointMismatch    Reason = "point-mismatch"
	UnknownPoint     Reason = "unknown-point"
	UnsupportedType  Reason = "unsupported-type"
	TypeMismatch     Reason = "type-mismatch"
	EmptyStem        Reason = "empty-stem"
	TooLong          Reason = "too-long"
	TooManyOptions   Reason = "too-many-options"
	Picture          Reason = "picture"
	ExcelDate        Reason = "excel-date"
	ScientificNumber Reason = "scientific-number"
	ErrorValue       Reason = "error-value"
	TooFewOptions    Reason = "too-few-options"
	OptionGap        Reason = "option-gap"
	DuplicateOption  Reason = "duplicate-option"
	EmptyAnswer      Reason = "empty-answer"
	BadAnswer        Reason = "bad-answer"
	MissingOption    Reason = "missing-option"
	AnswerCount      Reason = "answer-count"
	BlankCount       Reason = "blank-count"
	NoParts          Reason = "no-parts"
	BadPart          Reason = "bad-part"
	OrphanPart       Reason = "orphan-part"
	BadWeight        Reason = "bad-weight"
	BadImportance    Reason = "bad-importance"
	OrphanRange      Reason = "orphan-range"
	BadSection       Reason = "bad-section"
	BadSetting       Reason = "bad-setting"
	UnsoundBlueprint Reason = "unsound-blueprint"
	NoPoint          Reason = "no-point"
	NoSerial         Reason = "no-serial"
	Malformed        Reason = "malformed"
	MissingFile      Reason = "missing-file"
	UnsafePath       Reason = "unsafe-path"
	MediaTooLarge    Reason = "media-too-large"
	NotItems         Reason = "not-items"
	NotCarried       Reason = "not-carried"
)

// Reasons lists every code, sorted.
func Reasons() []Reason { return slices.Sorted(maps.Keys(reasons)) }

type explanation struct{ text, todo Text }

// say keeps the table below one line per language.
func say(zh, en, todoZH, todoEN string) explanation {
	return explanation{Text{zh, en}, Text{todoZH, todoEN}}
}

var reasons = map[Reason]explanation{
	FullWidth:        say("全角字母或数字已改为半角", "full-width letters or digits were made half-width", "无需处理", "nothing to do"),
	CodeForm:         say("代码的写法已规范（全角改半角、小写改大写、去掉空格）", "the code was written in its normal form", "无需处理", "nothing to do"),
	ControlCharacter: say("不可见的控制字符已去掉", "invisible control characters were removed", "核对文字是否完整", "check that the text is complete"),
	OptionPrefix:     say("选项自带的字母前缀已去掉", "the letter that stood before the option was removed", "无需处理", "nothing to do"),
	MergedOptions:    say("一个单元格里写了两个选项，已拆开", "two options in one cell were split", "核对拆开后的选项", "check the options"),
	RestoredDate:     say("该文字被 Excel 存成了日期，已按显示的文字取回", "Excel had turned the text into a date; the text as displayed was taken", "核对文字，并把单元格格式改为“文本”", "check the text and format the cell as text"),
	CodeFromParts:    say("试题代码缺失，已由题型、鉴定点和题号组成", "the item code was missing and was put together from type, point and number", "核对试题代码", "check the code"),
	PointFromCode:    say("鉴定点代码缺失，已取自试题代码", "the point code was missing and was taken from the item code", "核对鉴定点代码", "check the point code"),
	TypeFromCode:     say("题型代码缺失，已取自试题代码", "the type was missing and was taken from the item code", "核对题型", "check the type"),
	BadDifficulty:    say("难度代码不是 1 至 5，已按 3（中等）处理", "the difficulty is not 1 to 5; 3 (medium) was taken", "填写 1 至 5 的难度代码", "enter a difficulty from 1 to 5"),
	BadConsistency:   say("一致性代码不是 1 至 5，已按“未知”处理", "the consistency is not 1 to 5; it was taken as unknown", "填写 1 至 5 的一致性代码", "enter a consistency from 1 to 5"),
	RepeatedLetter:   say("答案中重复的字母已合并", "repeated letters of the answer were merged", "核对答案", "check the answer"),
	BadLast:          say("“必须最后的选项”写了不存在的选项，已忽略", "an option that must stay last does not exist and was ignored", "核对该列", "check this column"),
	BadExclude:       say("互斥题写了不合规则的代码，已忽略", "the code of an excluded item is malformed and was ignored", "填写完整的试题代码", "enter complete item codes"),
	DefaultTaken:     say("没有填写，已取默认值", "not given; the default was taken", "核对默认值", "check the default"),
	WeightOfParent:   say("下级已有比重，上级的比重不再使用", "the weight of a range was not used because its children have their own", "核对知识点分布", "check the distribution"),

	CodeAssigned:    say("文件没有试题代码，已按指定的鉴定点编号；没有写的难度按 3（中等）", "the file has no item code; one was given at the chosen point, and difficulty 3 where none is said", "核对鉴定点与难度", "check point and difficulty"),
	CodeHeld:        say("文件没有试题代码，按内容认出是题库中的这道题", "the file has no item code; the content is that of this item of the bank", "无需处理", "nothing to do"),
	TypeInferred:    say("文件没有写题型，已由选项和答案推断", "the type is not given and was inferred from options and answer", "核对题型", "check the type"),
	AnswerFromStem:  say("答案写在题干的括号里，已取出", "the answer stood in the stem and was taken from there", "核对题干与答案", "check stem and answer"),
	AnswerFromTable: say("答案取自文末的答案表", "the answer was taken from the list of answers", "核对答案", "check the answer"),
	OptionsFromStem: say("选项写在题干里，已拆开", "the options stood in the stem and were split off", "核对题干与选项", "check stem and options"),
	FilledDown:      say("合并的单元格已按首格的内容填入", "the cell is part of a merged one and was filled from its first", "核对填入的内容", "check what was filled in"),
	NoReference:     say("没有参考答案，已写入占位文字", "there is no reference answer; a placeholder was put in", "发布前补写参考答案", "write the reference answer before publishing"),
	Corrected:       say("已在试导入时改正", "it was corrected while looking at the file", "原文件没有改，需要时一并改", "the file itself is not changed; correct it too where needed"),
	PictureSmaller:  say("图片太大，已缩小", "the picture was too large and was made smaller", "核对图片是否清楚", "check that the picture is clear"),
	FormattingLost:  say("文字的格式（如粗体、列表、表格、公式）未能保留", "formatting such as bold, lists, tables or formulas was not kept", "核对文字是否仍然清楚", "check that the text is still clear"),
	FeedbackLost:    say("逐个选项或按得分的反馈未能保留", "feedback by option or by score was not kept", "需要时写入解析", "write it into the explanation where needed"),
	ScoringLost:     say("计分方式未能保留，按贡院的规则计分", "the way of scoring was not kept; the rules of the paper apply", "核对组卷方案的计分规则", "check the scoring rule of the blueprint"),
	TagsLost:        say("不认识的标签未能保留", "tags that are not known were not kept", "无需处理", "nothing to do"),
	ContextMerged:   say("共用材料已写在题干之前", "shared material was put in front of the stem", "核对题干", "check the stem"),
	KeptRaw:         say("贡院不支持这种题，已原样保存：不能编辑、不能组卷，导出为同一格式时原样给出", "this kind of item is not supported and is kept as it is: it cannot be edited or drawn, and is given back on export to the same format", "需要考这道题时改写为支持的题型", "rewrite it as a supported type if it is to be asked"),
	RawVersion:      say("原样保存的题按它原来的版本给出", "an item kept as it was is given back in the version it came in", "确认接收系统支持该版本", "check that the receiving system takes that version"),
	RawStale:        say("试题导入后已修改，原文中未支持的部分没有导出", "the item was changed after its import; what was not supported in the original is left out", "在接收系统中核对", "check it in the receiving system"),
	FieldLost:       say("这种格式没有地方写这一项，未导出", "the format has no place for this and it was left out", "需要时改用 QTI 或 Excel", "use QTI or Excel where it is needed"),
	LineBreakLost:   say("这种格式不能换行，换行已改为空格", "the format has no line breaks; spaces were written instead", "无需处理", "nothing to do"),
	RubricMerged:    say("采分点已写在参考答案之后，再导入时成为答案的一部分", "the criteria were written below the reference answer and become part of it when it is imported again", "核对参考答案", "check the reference answer"),
	LineSkipped:     say("这一行不属于任何试题，未导入", "this line belongs to no item and was not imported", "核对该行", "check the line"),

	NoPoint:       say("文件没有写鉴定点，导入时也没有指定", "the file names no assessment point and none was chosen for the import", "指定一个鉴定点后再导入", "choose a point for the import"),
	NoSerial:      say("该鉴定点下此题型的题号已用完（999）", "the serials of this type at this point are used up (999)", "换一个鉴定点", "choose another point"),
	Malformed:     say("写法有误，看不懂", "it is malformed and not understood", "改正后再导入", "correct it and import again"),
	MissingFile:   say("包里缺少它引用的文件", "a file that it refers to is missing from the package", "补上文件后再导入", "add the file and import again"),
	UnsafePath:    say("文件路径指向包外，未导入", "the path leads out of the package and was not followed", "改正路径", "correct the path"),
	MediaTooLarge: say("媒体文件过大，未导入", "the media file is too large and was not imported", "压缩后再导入", "make it smaller and import again"),
	NotItems:      say("这里没有试题，未导入", "this holds no items and was not imported", "无需处理", "nothing to do"),
	NotCarried:    say("这种格式写不了这道题，未导出", "the format cannot carry this item, which was left out", "改用 QTI 或 Excel", "use QTI or Excel"),

	UnknownColumn:    say("不认识这一列，未导入", "this column is not known and was not imported", "改用模板的列名，或删去该列", "use a column name of the template or remove the column"),
	UnknownSheet:     say("不认识这个工作表，未导入", "this sheet is not known and was not imported", "改用模板的工作表名，或忽略", "use a sheet name of the template, or ignore this"),
	NoHeader:         say("找不到表头", "no header row was found", "按模板补上表头", "add the header of the template"),
	MissingCode:      say("没有试题代码，也无法由题型、鉴定点和题号组成", "there is no item code, and type, point and number do not give one", "填写试题代码", "enter the item code"),
	BadCode:          say("代码不合规则", "the code is malformed", "按“题型-范围-范围-范围-鉴定点-序号”填写，如 B-A-B-C-001-002", "write type-range-range-range-point-serial, such as B-A-B-C-001-002"),
	DuplicateCode:    say("代码与前面的行重复", "the code repeats an earlier row", "改为不重复的代码，或删去一行", "make the code unique or remove a row"),
	DuplicateItem:    say("与前面的试题内容相同", "the content repeats an earlier item", "删去其中一题", "remove one of the two"),
	OppositeAnswers:  say("与前面的试题题干和选项相同而答案不同", "stem and options repeat an earlier item with a different answer", "核对两题的答案，只留一题", "check both answers and keep one item"),
	PointMismatch:    say("试题代码的中段与鉴定点代码不一致", "the middle of the item code differs from the point code", "改正其中一个", "correct one of the two"),
	UnknownPoint:     say("细目表里没有这个鉴定点", "the outline does not hold this point", "补充细目表，或改正鉴定点代码", "complete the outline or correct the code"),
	UnsupportedType:  say("不支持的题型", "the type is not supported", "改用 B、G、C、T、D、W、E 之一", "use one of B, G, C, T, D, W, E"),
	TypeMismatch:     say("题型与试题代码的第一个字母不一致", "the type differs from the first letter of the item code", "改正其中一个", "correct one of the two"),
	EmptyStem:        say("题干为空", "the stem is empty", "填写题干", "enter the stem"),
	TooLong:          say("文字过长", "the text is too long", "缩短文字", "shorten the text"),
	TooManyOptions:   say("选项多于八个", "there are more than eight options", "减少选项", "use fewer options"),
	Picture:          say("试题带图，本格式不导入图片，缺图则无法作答", "the item has a picture, which this format does not carry", "改写为不需要图的试题，或用 QTI 导入", "rewrite the item without a picture or import it as QTI"),
	ExcelDate:        say("内容被 Excel 改成了日期，原文无法恢复", "Excel turned the text into a date and the original cannot be known", "把单元格格式改为“文本”，重新输入", "format the cell as text and type it again"),
	ScientificNumber: say("数字被 Excel 改成了科学计数法，末位已丢失", "Excel turned the number into scientific notation and lost digits", "把单元格格式改为“文本”，重新输入", "format the cell as text and type it again"),
	ErrorValue:       say("单元格是 Excel 的错误值，可能是以 = + - 开头的文字被当成了公式", "the cell is an Excel error, perhaps text beginning with = + - read as a formula", "把单元格格式改为“文本”，重新输入", "format the cell as text and type it again"),
	TooFewOptions:    say("选项少于两个", "there are fewer than two options", "补充选项", "add options"),
	OptionGap:        say("选项中间有空缺", "there is a gap between the options", "补上空缺的选项", "fill the gap"),
	DuplicateOption:  say("有两个选项相同", "two options are the same", "改写其中一个", "rewrite one of them"),
	EmptyAnswer:      say("答案为空", "the answer is empty", "填写答案", "enter the answer"),
	BadAnswer:        say("看不懂答案", "the answer is not understood", "选择题填字母，判断题填“正确”或“错误”", "use letters for choices, 正确 or 错误 for judgements"),
	MissingOption:    say("答案指向不存在的选项", "the answer names an option that is not there", "改正答案，或补充选项", "correct the answer or add the option"),
	AnswerCount:      say("单选题只能有一个答案", "a single choice has one answer", "改正答案，或改为多选题", "correct the answer or make it multiple choice"),
	BlankCount:       say("答案的空数与题干的空数不一致", "the answer has another number of blanks than the stem", "核对题干的空与答案，各空之间用“；；”分开", "compare stem and answer; separate blanks by ；；"),
	NoParts:          say("案例题没有小题", "the case has no parts", "在案例的下一行起写小题，代码为案例代码加 /1、/2", "write the parts in the rows below, with the code of the case and /1, /2"),
	BadPart:          say("案例题有小题未能导入，整题不导入", "a part of the case could not be imported, so the case is not", "先改正小题", "correct the part first"),
	OrphanPart:       say("小题的上方没有它的案例题，或小题号不连续", "the part does not follow its case, or its number is not the next", "把小题放在案例的正下方，从 /1 连续编号", "put the parts right below the case, numbered from /1"),
	BadWeight:        say("比重不是非负整数", "the weight is not a whole number", "填写整数，不适用填“—”", "enter a whole number, or — where it does not apply"),
	BadImportance:    say("重要程度不是 X、Y、Z", "the importance is not X, Y or Z", "填写 X、Y 或 Z", "enter X, Y or Z"),
	OrphanRange:      say("上级范围不在它的上方", "the parent range is not above", "先写上级范围", "write the parent first"),
	BadSection:       say("题型、题数、每题分值或计分规则有误", "type, count, points or rule is wrong", "改正这一行", "correct this row"),
	BadSetting:       say("看不懂这一项设置", "the setting is not understood", "参照模板改正", "correct it after the template"),
	UnsoundBlueprint: say("组卷方案不成立，未导入", "the blueprint is not sound and was not imported", "改正题型分布与知识点分布", "correct the two distributions"),
}
