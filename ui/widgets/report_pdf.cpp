#include "ui/widgets/report_pdf.hpp"

#include <QAbstractTextDocumentLayout>
#include <QFile>
#include <QFont>
#include <QPageLayout>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextFrame>
#include <QTextTable>

namespace stemma::ui {
namespace {

constexpr int kDotsPerInch = 300;
constexpr double kMarginMm = 16;

// Long command lines and digests break anywhere; tables fill the page and have lines.
void make_fit(QTextDocument& document) {
  QTextOption option = document.defaultTextOption();
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  document.setDefaultTextOption(option);
  for (QTextFrame* frame : document.rootFrame()->childFrames()) {
    auto* table = qobject_cast<QTextTable*>(frame);
    if (table == nullptr) continue;
    QTextTableFormat format = table->format();
    format.setWidth(QTextLength(QTextLength::PercentageLength, 100));
    format.setBorder(0.5);
    format.setBorderCollapse(true);
    format.setCellPadding(3);
    format.setHeaderRowCount(1);
    table->setFormat(format);
  }
  // Blocks of code keep their lines, but a line that is longer than the page goes on below.
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
    QTextBlockFormat format = block.blockFormat();
    if (!format.nonBreakableLines()) continue;
    format.setNonBreakableLines(false);
    QTextCursor(block).setBlockFormat(format);
  }
}

}  // namespace

QString writePdf(const QString& markdown, const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate)) {
    return QObject::tr("%1 could not be written: %2").arg(path, file.errorString());
  }
  QPdfWriter writer(&file);
  writer.setResolution(kDotsPerInch);
  writer.setPageSize(QPageSize(QPageSize::A4));
  writer.setPageMargins(QMarginsF(kMarginMm, kMarginMm, kMarginMm, kMarginMm),
                        QPageLayout::Millimeter);
  writer.setCreator(QStringLiteral("Stemma"));
  QTextDocument document;
  document.setDefaultFont(QFont(QStringLiteral("DejaVu Sans"), 9));
  document.setMarkdown(markdown,
                       QTextDocument::MarkdownFeatures(QTextDocument::MarkdownDialectGitHub) |
                           QTextDocument::MarkdownNoHTML);
  make_fit(document);
  document.documentLayout()->setPaintDevice(&writer);
  document.setPageSize(QSizeF(writer.width(), writer.height() - 60));

  QPainter painter(&writer);
  if (!painter.isActive()) return QObject::tr("%1 could not be written").arg(path);
  const int pages = document.pageCount();
  const QSizeF page = document.pageSize();
  for (int number = 0; number < pages; ++number) {
    if (number != 0) writer.newPage();
    painter.save();
    painter.translate(0, -number * page.height());
    document.drawContents(&painter, QRectF(0, number * page.height(), page.width(), page.height()));
    painter.restore();
    painter.drawText(QRectF(0, page.height(), page.width(), 60),
                     static_cast<int>(Qt::AlignRight) | static_cast<int>(Qt::AlignBottom),
                     QObject::tr("%1 / %2").arg(number + 1).arg(pages));
  }
  painter.end();
  file.close();
  return file.error() == QFileDevice::NoError
             ? QString()
             : QObject::tr("%1 could not be written: %2").arg(path, file.errorString());
}

}  // namespace stemma::ui
